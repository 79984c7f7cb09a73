import Foundation
import Testing

/// A new cluster of PostgreSQL in a script's folder, for a server that is not started yet.
struct PostgresCluster {
  /// Where the server's programs are.
  let programs: String

  /// Makes it, with `tester` as its superuser.
  init(in script: ProgramsScript) async throws {
    programs =
      URL(filePath: ProgramsScript.path(of: "postgres") ?? "").resolvingSymlinksInPath()
      .deletingLastPathComponent().path
    let folder = script.session.folder.path
    let prepared = try await script.prepare(
      """
      \(Programs.asNobody) \(programs)/initdb -N -D \(folder)/data -A trust -U tester --no-locale -E UTF8 > initdb.out
      """)
    let complaint = (try? script.session.folder.text("script.err")) ?? ""
    try #require(prepared == 0, "\(complaint)")
  }
}
