import CZlib
import Foundation
import Glibc

@testable import IPCExport

/// A collector on this host that answers what it is told to, one request after the other.
final class TestCollector {
  /// What it does with a request.
  enum Reply {
    /// Sends these bytes, and closes.
    case answer(String)
    /// Closes without a word.
    case hangUp
    /// Says nothing.
    case silence
  }

  let port: UInt16
  private let listener: Int32
  private var client: Int32 = -1
  private var received: [UInt8] = []
  private var replies: [Reply]
  private var kept: [Int32] = []
  /// Bodies of all requests that have come, unpacked.
  private(set) var bodies: [[UInt8]] = []
  /// Heads of these.
  private(set) var heads: [String] = []

  /// - Parameter replies: One for each request; what comes behind them is taken.
  init(_ replies: [Reply]) {
    self.replies = replies
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, length)
        _ = listen(listener, 8)
        _ = getsockname(listener, $0, &length)
      }
    }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { for descriptor in [listener, client] + kept where descriptor >= 0 { close(descriptor) } }

  /// Takes what has come.
  func goOn() {
    if client < 0 {
      client = accept(listener, nil, nil)
      if client >= 0 { _ = fcntl(client, F_SETFL, O_NONBLOCK) }
      received = []
    }
    guard client >= 0 else { return }
    var bytes = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(client, &bytes, bytes.count, 0)
      guard count > 0 else { break }
      received += bytes[..<count]
    }
    let mark = Array("\r\n\r\n".utf8)
    guard
      let end = received.indices.first(where: { received[$0...].starts(with: mark) })
    else { return }
    let head = String(decoding: received[..<end], as: UTF8.self)
    let length = head.components(separatedBy: "Content-Length: ").last?.prefix { $0.isNumber }
    guard let count = length.flatMap({ Int($0) }), received.count == end + 4 + count else { return }
    heads.append(head)
    bodies.append(Self.unpacked(Array(received[(end + 4)...])))
    reply(replies.isEmpty ? .answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") : replies.removeFirst())
  }

  private func reply(_ reply: Reply) {
    switch reply {
    case .answer(let text):
      let bytes = Array(text.utf8)
      _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      close(client)
    case .hangUp: close(client)
    case .silence: kept.append(client)
    }
    client = -1
  }

  private static func unpacked(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return []
    }
    defer { inflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: 1 << 20)
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        (stream.next_in, stream.avail_in) = (input.baseAddress, uInt(input.count))
        (stream.next_out, stream.avail_out) = (output.baseAddress, uInt(output.count))
        _ = inflate(&stream, Z_FINISH)
      }
    }
    return Array(output[..<Int(stream.total_out)])
  }
}
