import IPCModel

extension Kind {
  /// Colour of the kind, as `#rrggbb`: those of Okabe and Ito, which people with any colour vision can tell apart,
  /// darkened where they would be faint on white.
  var color: StaticString {
    switch rawValue % 8 {
    case 0: "#0072b2"
    case 1: "#c2410c"
    case 2: "#00805f"
    case 3: "#2f9fd6"
    case 4: "#9a7b00"
    case 5: "#d98b00"
    case 6: "#b0578d"
    default: "#5f6673"
    }
  }
}
