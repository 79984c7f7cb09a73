import IPCModel
import Testing

@testable import IPCProtocols

@Suite("Wayland")
struct WaylandTests {
  private func message(_ object: Int, _ number: Int, _ arguments: [UInt8] = []) -> [UInt8] {
    .little32(object) + .little32((arguments.count + 8) << 16 | number) + arguments
  }
  private func string(_ text: String) -> [UInt8] {
    .little32(text.utf8.count + 1) + .text(text) + Array(repeating: 0, count: 4 - text.utf8.count % 4)
  }

  @Test func `names requests and events by the objects' interfaces`() {
    let dialogue = Dialogue(path: "/run/user/0/wayland-0")
      .asking(message(1, 1, .little32(2)) + message(1, 0, .little32(3)))
      .answering(
        message(2, 0, .little32(1) + string("wl_compositor") + .little32(4)) + message(3, 0, .little32(9))
          + message(1, 1, .little32(3))
      )
      .asking(message(2, 0, .little32(1) + string("wl_compositor") + .little32(4) + .little32(4)))
      .asking(message(2, 0, .little32(2) + string("zx_thing") + .little32(1) + .little32(5)))
      .asking(message(4, 0, .little32(6)) + message(6, 6) + message(5, 7) + message(99, 1))
    let lines = [
      "notification 1>2 wayland wl_display.get_registry wl_display@1 12",
      "notification 1>2 wayland wl_display.sync wl_display@1 12",
      "notification 2>1 wayland wl_registry.global wl_registry@2 36",
      "notification 2>1 wayland wl_callback.done wl_callback@3 12",
      "notification 2>1 wayland wl_display.delete_id wl_display@1 12",
      "notification 1>2 wayland wl_registry.bind wl_registry@2 40",
      "notification 1>2 wayland wl_registry.bind wl_registry@2 36",
      "notification 1>2 wayland wl_compositor.create_surface wl_compositor@4 12",
      "notification 1>2 wayland wl_surface.commit wl_surface@6 8",
      "notification 1>2 wayland zx_thing.7 zx_thing@5 8", "notification 1>2 wayland unknown.1 unknown@99 8",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    for seed in 0..<60 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
  }

  @Test func `knows all names of the specification`() {
    #expect(WaylandInterface.known.count == 28)
    #expect(WaylandInterface.known["wl_surface"]?.requests.count == 11)
    #expect(WaylandInterface.known["xdg_toplevel"]?.requests.count == 14)
    #expect(WaylandInterface.known["xdg_popup"]?.events.count == 3)
    for interface in WaylandInterface.known.values {
      for made in (interface.requests + interface.events).compactMap(\.made) {
        #expect(WaylandInterface.known[made] != nil)
      }
    }
  }
}

@Suite("X11")
struct X11Tests {
  private func request(_ opcode: UInt8, _ data: UInt8 = 0, _ rest: [UInt8] = []) -> [UInt8] {
    [opcode, data] + .little16(1 + rest.count / 4) + rest
  }
  private func answer(_ type: UInt8, _ detail: UInt8, _ number: Int, _ rest: [UInt8] = []) -> [UInt8] {
    let bytes = [type, detail] + .little16(number) + rest
    return bytes + Array(repeating: 0, count: 32 - bytes.count)
  }

  @Test func `names requests, replies, events and errors`() {
    let setup: [UInt8] =
      [0x6C, 0] + .little16(11) + .little16(0) + .little16(4) + .little16(2) + [0, 0] + .text("MITM") + [
        1, 2, 0, 0,
      ]
    let dialogue = Dialogue().asking(setup)
      .answering([1, 0] + .little16(11) + .little16(0) + .little16(2) + Array(repeating: 7, count: 8))
      .asking(request(98, 0, .little16(6) + [0, 0] + .text("RENDER") + [0, 0]))
      .answering(answer(1, 0, 1, .little32(0) + [1, 139, 0, 0]))
      .asking(
        request(139, 4) + request(8, 0, .little32(0x400001)) + request(14, 0, .little32(0x99)) + request(127)
      )
      .answering(answer(0, 9, 4, .little32(0x99) + [0, 0, 14]))
      .answering(
        answer(12, 0, 5, .little32(0x400001)) + answer(35 | 0x80, 131, 5, .little32(1)) + [1, 2, 3, 4]
      )
      .asking([72, 0, 0, 0] + .little32(4) + .little32(0x55) + [0, 0, 0, 0])
    let lines = [
      "data 1>2 x11 Setup 20", "data 2>1 x11 SetupSuccess 16", "request 1>2 x11 QueryExtension RENDER 16",
      "response 2>1 x11 QueryExtension ok 32", "notification 1>2 x11 RENDER.4 4",
      "notification 1>2 x11 MapWindow 0x400001 8", "request 1>2 x11 GetGeometry 0x99 8",
      "notification 1>2 x11 NoOperation 4",
      #"response 2>1 x11 GetGeometry 0x99 error "9 Drawable" 32"#, "notification 2>1 x11 Expose 0x400001 32",
      "notification 2>1 x11 GenericEvent 36", "notification 1>2 x11 PutImage 0x55 16",
    ]
    #expect(dialogue.lines() == lines)
    #expect(dialogue.linesOfBytes() == lines)
    for seed in 0..<60 {
      let (sent, told) = dialogue.damaged(seed: UInt64(seed))
      #expect(told <= sent, "seed \(seed)")
    }
    #expect(X11Names.requests.count == 120)
    #expect(X11Names.events.count == 33)
  }
}
