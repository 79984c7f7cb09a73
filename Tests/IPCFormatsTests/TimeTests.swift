import Testing

@testable import ByteOutput
@testable import IPCFormats

@Suite("Times")
struct TimeTests {
  private func stamps(
    _ layout: TimestampWriter.Layout, _ times: [UInt64], clock: WallClock = Scene.clock()
  ) -> [String] {
    var writer = TimestampWriter(layout, clock: clock)
    return times.map { time in written { writer.append(time, to: &$0) } }
  }

  private func lines(_ style: TimeStyle, _ times: [UInt64], clock: WallClock = Scene.clock()) -> [String] {
    var writer = TextTimeWriter(style, clock: clock)
    return times.map { time in written { writer.append(time, to: &$0) } }
  }

  @Test func `are told in three layouts`() {
    #expect(stamps(.wall, [Scene.time]) == ["15:04:05.123456789"])
    #expect(stamps(.date, [Scene.time]) == ["2026-11-20 15:04:05.123456789"])
    #expect(stamps(.rfc3339, [Scene.time]) == ["2026-11-20T15:04:05.123456789+00:00"])
  }

  @Test func `follow the second, forth and back`() {
    let times: [UInt64] = [50_999_999_999, 51_000_000_000, 50_000_000_000, 105_000_000_001]
    #expect(
      stamps(.wall, times)
        == ["15:04:05.999999999", "15:04:06.000000000", "15:04:05.000000000", "15:05:00.000000001"])
  }

  @Test func `change date and year at midnight`() {
    let newYear = WallClock(offset: 1_798_761_599_000_000_000, start: 0, zone: Scene.utc)
    #expect(
      stamps(.rfc3339, [999_999_999, 1_000_000_000], clock: newYear)
        == ["2026-12-31T23:59:59.999999999+00:00", "2027-01-01T00:00:00.000000000+00:00"])
  }

  @Test(arguments: [
    (3_600, "2026-11-20T16:04:05.123456789+01:00"),
    (-12_600, "2026-11-20T11:34:05.123456789-03:30"),
    (-1_800, "2026-11-20T14:34:05.123456789-00:30"),
    (20_700, "2026-11-20T20:49:05.123456789+05:45"),
    (50_400, "2026-11-21T05:04:05.123456789+14:00"),
    (-57_600, "2026-11-19T23:04:05.123456789-16:00"),
  ])
  func `are local and say how far from UTC`(secondsEast: Int, expected: String) {
    let clock = Scene.clock(zone: TimeZoneOffset(secondsEast: secondsEast))
    #expect(stamps(.rfc3339, [Scene.time], clock: clock) == [expected])
  }

  @Test func `agree with their offset where a zone has odd seconds`() {
    let monrovia = Scene.clock(zone: TimeZoneOffset(secondsEast: -2_670))
    #expect(stamps(.rfc3339, [Scene.time], clock: monrovia) == ["2026-11-20T14:20:05.123456789-00:44"])
  }

  @Test func `jump when summer time ends`() {
    // 2026-10-25T01:00:00Z in Berlin.
    let change: Int64 = 1_792_890_000
    let clock = WallClock(
      offset: (change - 1) * 1_000_000_000, start: 0, zone: TimeZoneOffset { $0 < change ? 7_200 : 3_600 })
    #expect(
      stamps(.rfc3339, [0, 1_000_000_000], clock: clock)
        == ["2026-10-25T02:59:59.000000000+02:00", "2026-10-25T02:00:00.000000000+01:00"])
  }

  @Test func `follow a wall clock that was set`() {
    var writer = TimestampWriter(.wall, clock: Scene.clock())
    let before = written { writer.append(Scene.time, to: &$0) }
    writer.clock.offset += 3_600_000_000_000
    let after = written { writer.append(Scene.time, to: &$0) }
    #expect([before, after] == ["15:04:05.123456789", "16:04:05.123456789"])
  }

  @Test func `follow a zone that was changed within a second`() {
    var writer = TimestampWriter(.rfc3339, clock: Scene.clock())
    let before = written { writer.append(Scene.time, to: &$0) }
    writer.clock.zone = TimeZoneOffset(secondsEast: 3_600)
    let after = written { writer.append(Scene.time, to: &$0) }
    #expect(
      [before, after] == ["2026-11-20T15:04:05.123456789+00:00", "2026-11-20T16:04:05.123456789+01:00"])
  }

  @Test func `before 1970 and at the ends of 64 bits do not trap`() {
    let zero = WallClock(offset: 0, start: 0, zone: Scene.utc)
    #expect(
      stamps(.rfc3339, [UInt64(bitPattern: -1), UInt64(Int64.max), UInt64(bitPattern: .min)], clock: zero)
        == [
          "1969-12-31T23:59:59.999999999+00:00", "2262-04-11T23:47:16.854775807+00:00",
          "1677-09-21T00:12:43.145224192+00:00",
        ])
    for style in TimeStyle.allCases {
      #expect(lines(style, [0, .max, UInt64(Int64.max), 0]).count == 4)
    }
  }

  @Test func `have six styles in text`() {
    let times: [UInt64] = [50_000_000_000, 50_000_000_007, 51_500_000_000, 51_499_999_999]
    #expect(
      lines(.wall, times) == [
        "15:04:05.000000000 ", "15:04:05.000000007 ", "15:04:06.500000000 ", "15:04:06.499999999 ",
      ])
    #expect(lines(.date, times).first == "2026-11-20 15:04:05.000000000 ")
    #expect(lines(.epoch, times)[1] == "1795187045.000000007 ")
    #expect(lines(.delta, times) == ["0.000000000 ", "0.000000007 ", "1.499999993 ", "-0.000000001 "])
    #expect(lines(.relative, times)[2] == "1.500000000 ")
    #expect(lines(.none, times) == ["", "", "", ""])
  }

  @Test func `before the start of the trace are negative`() {
    #expect(lines(.relative, [49_999_999_999]) == ["-0.000000001 "])
  }

  @Test func `come from the system's clocks`() {
    var clock = WallClock()
    let now = clock.epochNanoseconds(of: clock.start)
    #expect(now > 1_700_000_000_000_000_000)
    let measured = clock.offset
    clock.offset += 500_000
    clock.resynchronize()
    #expect(clock.offset == measured + 500_000, "noise is left alone")
    clock.offset += 3_600_000_000_000
    clock.resynchronize()
    #expect((clock.offset - measured).magnitude < 1_000_000, "a step is followed")
  }

  @Test func `styles are called as on the command line`() {
    #expect(TimeStyle.allCases.map(\.rawValue) == ["wall", "date", "epoch", "delta", "relative", "none"])
  }
}
