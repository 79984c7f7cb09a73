extension LiveChannels {
  /// Whether anybody holds a socket.
  ///
  /// - Parameter key: The direction in which it sends. One that can only be read from is the other end's, whose
  ///   sender may be gone.
  func hasSocket(_ key: ChannelKey) -> Bool { (self[key]?.writers ?? 0) > 0 }
}
