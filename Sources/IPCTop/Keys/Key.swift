/// What a user does: a key, or something with the mouse.
public enum Key: Sendable, Equatable {
  /// A character that is printed; a space, too.
  case character(Unicode.Scalar)
  /// A letter together with Ctrl, in upper case.
  case control(UInt8)
  case up, down, left, right
  case pageUp, pageDown, home, end
  case enter, escape, tab, backspace, delete
  /// A click of the left button, in a cell counted from 0.
  case click(row: Int, column: Int)
  /// The wheel, by how many notches down.
  case wheel(Int)
}
