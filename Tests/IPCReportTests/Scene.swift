import IPCFormats
import IPCModel

/// Events to show, with the texts that they refer to.
struct Scene: ~Copyable {
  static let clock = WallClock(
    offset: 1_795_187_045_000_000_000, start: 0, zone: TimeZoneOffset(secondsEast: 3600))
}
