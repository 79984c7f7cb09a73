import IPCModel

/// Wayland (wayland.freedesktop.org/docs/html/ch04.html, "Wire Format"): an object, size and number of the request or event,
/// arguments. Nothing answers anything.
extension ProtocolDefinition {
  static let wayland = ProtocolDefinition(
    name: "wayland", words: ["wayland"],
    recognise: { bytes, hints in WaylandHead.recognise(bytes, hints) }, makeDecoder: { _ in WaylandDecoder() }
  )
}

private struct WaylandHead {
  static let count = 8

  let object: UInt32
  let size: Int
  let number: Int

  init?(_ bytes: UnsafeRawBufferPointer) {
    object = bytes.uint32(at: 0, .host)
    let second = bytes.uint32(at: 4, .host)
    (size, number) = (Int(second >> 16), Int(second & 0xFFFF))
    guard object != 0, size >= Self.count, size % 4 == 0, number < 64 else { return nil }
  }

  /// Says whether bytes begin as clients do: `wl_display.sync` or `get_registry`, which have a new object as argument. Where
  /// Wayland is usual, messages that follow each other are enough.
  static func recognise(_ bytes: UnsafeRawBufferPointer, _ hints: ChannelHints) -> Recognition {
    guard hints.kind != .loopbackTCP, bytes.count >= 4 || bytes[0] == 1 else { return .no }
    let isUsual = hints.isNext || hints.isAt("/wayland-0") || hints.isAt("/wayland-1")
    guard bytes.count >= 12 else {
      return isUsual || bytes.first(4).starts(with: [1, 0, 0, 0].prefix(bytes.count)) ? .undecided : .no
    }
    guard let head = WaylandHead(bytes) else { return .no }
    if head.object == 1, head.size == 12, head.number <= 1 {
      let made = bytes.uint32(at: 8, .host)
      return (2..<0x1_0000).contains(made) ? .certain : .no
    }
    guard isUsual else { return .no }
    var offset = 0
    while offset + count <= bytes.count {
      let rest = bytes.from(offset)
      guard let head = WaylandHead(rest), head.object < 1 << 20 || head.object >= 0xFF00_0000 else {
        return .no
      }
      offset += head.size
    }
    return offset == bytes.count ? .certain : .no
  }
}

extension ByteOrder {
  /// The order of this machine, which both ends of a local protocol have.
  static var host: ByteOrder { UInt16(littleEndian: 1) == 1 ? .little : .big }
}

private final class WaylandDecoder: MessageDecoder {
  private var client: Side?
  /// Interfaces of objects.
  private var objects: [UInt32: String] = [1: "wl_display"]
  private var drafts: [Message?] = [nil, nil]

  /// Objects that are remembered.
  private static let objectLimit = 65_536
  private static let shown = 4096

  func reset(_ side: Side) { drafts[side.rawValue] = nil }

  func decode(_ flow: ByteFlow, in conversation: Conversation) {
    let bytes = flow.unread
    guard bytes.count >= WaylandHead.count else { return flow.wait(for: WaylandHead.count) }
    guard let head = WaylandHead(bytes) else { return conversation.reject(flow, "no Wayland message") }
    let shown = min(head.size, Self.shown)
    guard bytes.count >= shown else { return flow.wait(for: shown) }
    // Only clients send requests to the display that make objects.
    if client == nil {
      client = head.object == 1 && head.size == 12 && head.number <= 1 ? flow.side : flow.side.other
    }
    drafts[flow.side.rawValue] = describe(head, bytes.first(shown).from(WaylandHead.count), flow.side)
    flow.take(shown)
    flow.pass(UInt64(head.size - shown))
    if flow.isPassed { complete(flow, in: conversation) }
  }

  func complete(_ flow: ByteFlow, in conversation: Conversation) {
    guard var message = drafts[flow.side.rawValue] else {
      return conversation.emitMalformed(flow, "no Wayland message")
    }
    drafts[flow.side.rawValue] = nil
    message.frame = flow.finishFrame()
    conversation.emit(message, from: flow)
  }

  private func describe(_ head: WaylandHead, _ arguments: UnsafeRawBufferPointer, _ side: Side) -> Message {
    var message = Message("wayland", .notification, .pending)
    let name = objects[head.object] ?? "unknown"
    let interface = WaylandInterface.known[name]
    let messages = side == client ? interface?.requests : interface?.events
    message.target = Array("\(name)@\(head.object)".utf8)
    guard let messages, head.number < messages.count else {
      // A newer version, or a protocol of somebody else's, has this number.
      message.method = Array("\(name).\(head.number)".utf8)
      return message
    }
    let said = messages[head.number]
    message.method = Array(name.utf8) + [UInt8(ascii: ".")] + said.name
    message.descriptors = UInt32(said.arguments.count { $0 == UInt8(ascii: "h") })
    read(arguments, of: said)
    if head.object == 1, side != client, said.name.elementsEqual("delete_id".utf8), arguments.count >= 4 {
      objects[arguments.uint32(at: 0, .host)] = nil
    }
    return message
  }

  /// Notes the object that a message makes.
  private func read(_ arguments: UnsafeRawBufferPointer, of message: WaylandInterface.Message) {
    guard message.arguments.contains(UInt8(ascii: "n")) else { return }
    var cursor = FrameCursor(arguments, .host)
    var text: [UInt8] = []
    for argument in message.arguments {
      switch argument {
      case UInt8(ascii: "h"): break
      case UInt8(ascii: "s"), UInt8(ascii: "a"):
        guard let length = cursor.uint32(), let bytes = cursor.take((Int(length) + 3) & ~3) else { return }
        text = Array(bytes.prefix { $0 != 0 }.prefix(64))
      case UInt8(ascii: "n"):
        guard let object = cursor.uint32(), objects.count < Self.objectLimit else { return }
        objects[object] = message.made ?? String(decoding: text, as: UTF8.self)
        return
      default:
        guard cursor.uint32() != nil else { return }
      }
    }
  }
}
