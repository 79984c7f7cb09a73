import IPCModel
import RecordLayout

/// What differs between the kinds of byte streams.
protocol StreamMedium: AnyObject {
  var kind: Kind { get }
  /// Longest write between whose bytes no other thread's can lie.
  var atomicLimit: Int { get }
  /// Whether records are `ipc_socket`, and each end of a channel can go alone.
  var isSocket: Bool { get }
  /// Whether records say where in the stream their bytes lie.
  var hasPositions: Bool { get }
  /// The kind's `bytes_missing`.
  var missingField: MetaKey<TextID> { get }
  /// Whether it would be of use to know which channels exist.
  var isCrowded: Bool { get }

  /// Takes the name of one end.
  func takeName(_ record: UnsafeRawBufferPointer, _ texts: inout TextTable)

  /// Learns what a record says of a channel's ends.
  func note(_ socket: ipc_socket, in ends: inout SocketEnds)

  /// Sets the kind's meta fields.
  ///
  /// - Parameters:
  ///   - sent: What the sender says was passed with the bytes.
  ///   - received: What the receiver says of that.
  /// - Returns: The fields whose texts are of this event alone, as in ``EventStage/append(_:content:ownTexts:)``.
  func fill(
    _ event: inout Event, of channel: StreamChannel, sent: PassedItems?, received: PassedItems?,
    _ texts: inout TextTable
  ) -> MetaFieldSet

  /// Lets go of names that are not needed any more.
  func tidy(at time: UInt64, _ live: LiveChannels?, _ stage: inout EventStage)
}

extension StreamMedium {
  func note(_ socket: ipc_socket, in ends: inout SocketEnds) { ends.note(socket) }
}
