import IPCModel

extension KindColor {
  /// What a colour looks like on grounds of different brightness, as `#rrggbb`.
  struct Shades {
    /// On the page's white.
    let light: String
    /// On the page's black.
    let dark: String
    /// In graphs, which are drawn on white.
    let graph: String

    fileprivate init(_ light: String, _ dark: String, graph: String? = nil) {
      self.light = light
      self.dark = dark
      self.graph = graph ?? light
    }
  }

  /// See ``Shades``; each stands out from its ground.
  var shades: Shades {
    switch self {
    case .blue: Shades("#0072b2", "#56a8e8")
    case .vermilion: Shades("#c2410c", "#f08a5d")
    case .green: Shades("#00805f", "#3cc9a0")
    case .sky: Shades("#2687b8", "#8fd3f7", graph: "#2f9fd6")
    case .olive: Shades("#8a6d00", "#e8d44d", graph: "#9a7b00")
    case .orange: Shades("#b87400", "#f0ad33", graph: "#d98b00")
    case .mauve: Shades("#a8477f", "#e194be", graph: "#b0578d")
    case .gray: Shades("#5f6673", "#b4bac5")
    case .violet: Shades("#7b3fd1", "#b794f6")
    case .crimson: Shades("#a8123e", "#ff6f91")
    case .teal: Shades("#0f6b78", "#2fb5c7")
    case .brown: Shades("#6b4226", "#c79a76")
    case .lime: Shades("#5a8a00", "#a6d84a")
    case .indigo: Shades("#3a3fae", "#8c92ff")
    case .pink: Shades("#d6308f", "#ff8fd0")
    case .moss: Shades("#3f5f2a", "#86b06a")
    case .rust: Shades("#8a3324", "#d9735e")
    case .steel: Shades("#46698f", "#8fb0d6")
    case .plum: Shades("#6a2c6e", "#c07cc4")
    case .cyan: Shades("#00939e", "#5fe3e6")
    }
  }

  /// The page's variables for the colours of all kinds: `--kind-0: light-dark(#0072b2, #56a8e8);`, a line each.
  static var pageVariables: String {
    lines { kind, shades in "--kind-\(kind): light-dark(\(shades.light), \(shades.dark));" }
      .joined(separator: "\n  ")
  }

  /// The page's rules for what is drawn in the colour of a kind, a line each.
  static var pageRules: String {
    lines { kind, _ in
      ".kind-\(kind) { --ink: var(--kind-\(kind)); } .stroke-\(kind) { stroke: var(--kind-\(kind)); }"
        + " .fill-\(kind) { fill: var(--kind-\(kind)); }"
    }.joined(separator: "\n")
  }

  private static func lines(_ line: (_ kind: UInt8, Shades) -> String) -> [String] {
    Kind.all.map { line($0.rawValue, $0.row.color.shades) }
  }
}
