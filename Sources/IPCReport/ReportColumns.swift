import IPCModel

/// The columns of a report; their names are those that `Page/capture.js` asks for.
struct ReportColumns {
  /// Length of the contents of an event that has none.
  static let noContent = UInt32.max

  /// Nanoseconds since the first event, and bytes transferred, as doubles.
  var time = Column()
  var count = Column()
  /// Nanoseconds from the write to the read as doubles, −1 where they are not known.
  var delay = Column()
  /// Numbers of processes.
  var source = Column()
  var destination = Column()
  var sourceThread = Column()
  var destinationThread = Column()
  /// Numbers of names.
  var sourceComm = Column()
  var destinationComm = Column()
  /// Number of the channel's name, and of the other fields.
  var channel = Column()
  var field = Column()
  var contentLength = Column()
  var kind = Column()
  /// ``Event/Traits``, and 64 if the contents found no room.
  var traits = Column()
  /// What was captured of the events' bytes, one after the other.
  var contents = Column()

  /// All of them, by name.
  var named: [(name: String, column: Column)] {
    [
      ("time", time), ("count", count), ("delay", delay), ("source", source), ("destination", destination),
      ("sourceThread", sourceThread), ("destinationThread", destinationThread), ("sourceComm", sourceComm),
      ("destinationComm", destinationComm), ("channel", channel), ("field", field),
      ("contentLength", contentLength), ("kind", kind), ("traits", traits), ("contents", contents),
    ]
  }
}
