import Glibc
import IPCFiltering

extension Selection {
  /// The same, with all that files are called which its expressions name.
  func withNames() -> Selection {
    var selection = self
    // All processes are looked at for it, once.
    var views: PathViews?
    for index in criteria.indices {
      guard case .expression(let expression) = criteria[index], expression.comparesNames else { continue }
      selection.criteria[index] = .expression(
        expression.addingNames { text, isGlob in
          guard let (path, rest) = Self.parts(of: text, isGlob: isGlob) else { return [] }
          let known = views ?? PathViews()
          views = known
          let names = known.names(of: path).map { Self.escaped($0) + rest }
          return text.starts(with: Self.devices) ? names + [Array(text.dropFirst(Self.devices.count))] : names
        })
    }
    return selection
  }

  /// Without it, what follows can be a terminal's name.
  private static let devices = Array("/dev/".utf8)
  private static let slash = UInt8(ascii: "/")

  /// What of a text is a path, and the pattern behind that; nil if it names no file, or begins with a wildcard.
  private static func parts(of text: [UInt8], isGlob: Bool) -> (path: [UInt8], rest: ArraySlice<UInt8>)? {
    guard let first = text.first, first != UInt8(ascii: "@"), first != UInt8(ascii: "<"),
      !wildcards.contains(first)
    else { return nil }
    var (path, rest) = (text, text[text.endIndex...])
    if isGlob {
      let fixed = text.prefix { !wildcards.contains($0) }
      let end = fixed.lastIndex(of: slash) ?? fixed.startIndex
      (path, rest) = (Array(fixed[..<end]), text[end...])
    }
    if first != slash {
      guard let folder = workingFolder else { return nil }
      if isGlob, rest.first != slash { return (folder, [slash] + rest) }
      path = folder + [slash] + path
    }
    return (path.isEmpty ? [slash] : path, rest)
  }

  private static var workingFolder: [UInt8]? {
    guard let folder = getcwd(nil, 0) else { return nil }
    defer { free(folder) }
    return Array(String(cString: folder).utf8)
  }

  private static let wildcards = Set("*?[\\".utf8)

  /// A name in which nothing stands for other characters.
  private static func escaped(_ name: [UInt8]) -> [UInt8] {
    // The root has its slash in what follows.
    let name = name == [slash] ? [] : name
    return name.flatMap { wildcards.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
  }
}
