/// Positions in ``KindRow/fields`` of the unix kinds.
enum UnixField {
  static let path = 0
  static let count = 1
  static let sourceInode = 2
  static let destinationInode = 3
  static let descriptors = 4
  static let credentials = 5
  static let received = 6
  static let missing = 7
}

/// Positions in ``KindRow/fields`` of the loopback kinds.
enum InternetField {
  static let sourcePort = 0
  static let sourceService = 1
  static let destinationPort = 2
  static let destinationService = 3
  static let destinationInode = 4
  static let count = 5
  static let sourceAddress = 6
  static let destinationAddress = 7
  static let received = 8
  static let missing = 9
}
