import ByteOutput

@testable import IPCTop

/// A terminal that shows what it is sent, as far as the screen uses it, and fails on anything else.
struct PaintedTerminal {
  let size: ScreenSize
  private(set) var cells: [Cell]
  private var row = 0, column = 0
  private var style = Style.plain
  /// Sequences that it does not know.
  private(set) var unknown: [String] = []

  init(_ size: ScreenSize) {
    self.size = size
    cells = Array(repeating: Cell(), count: size.columns * size.rows)
  }

  mutating func show(_ output: borrowing OutputBuffer) {
    let scalars = Array(output.text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      if scalars[index] == "\u{1b}" {
        var end = index + 2
        while !("@"..."~").contains(scalars[end]) { end += 1 }
        take(String(String.UnicodeScalarView(scalars[(index + 2)..<end])), scalars[end])
        index = end + 1
      } else {
        draw(scalars[index])
        index += 1
      }
    }
  }

  private mutating func take(_ parameters: String, _ final: Unicode.Scalar) {
    let numbers = parameters.split(separator: ";").compactMap { Int($0) }
    switch final {
    case "H": (row, column) = (numbers[0] - 1, numbers[1] - 1)
    case "J": cells = Array(repeating: Cell(), count: cells.count)
    case "m":
      for number in numbers {
        switch number {
        case 0: style = .plain
        case 1: style.traits.insert(.bold)
        case 2: style.traits.insert(.dim)
        case 4: style.traits.insert(.underlined)
        case 7: style.traits.insert(.reversed)
        default: style.color = Style.Color(rawValue: UInt8(number)) ?? .normal
        }
      }
    default: unknown.append("\(parameters)\(final)")
    }
  }

  private mutating func draw(_ scalar: Unicode.Scalar) {
    let isMark = ScreenText.columns(of: scalar) == 0
    guard row < size.rows, column < size.columns || isMark else {
      return unknown.append("\(scalar) at \(row), \(column)")
    }
    let place = row * size.columns + column
    switch ScreenText.columns(of: scalar) {
    case 0:
      var head = place - 1
      while cells[head].scalar == 0 { head -= 1 }
      if cells[head].marks.0 == 0 {
        cells[head].marks.0 = scalar.value
      } else {
        cells[head].marks.1 = scalar.value
      }
    case 2:
      cells[place] = Cell(scalar: scalar.value, style: style)
      cells[place + 1] = Cell(scalar: 0, style: style)
      column += 2
    default:
      cells[place] = Cell(scalar: scalar.value, style: style)
      column += 1
    }
  }
}
