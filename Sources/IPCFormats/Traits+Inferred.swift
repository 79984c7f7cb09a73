import IPCModel

extension Event.Traits {
  /// Names of the ends that were inferred, nil if none was.
  package var inferredEnds: StaticString? {
    switch (contains(.inferredSource), contains(.inferredDestination)) {
    case (true, true): "src dst"
    case (true, false): "src"
    case (false, true): "dst"
    case (false, false): nil
    }
  }
}
