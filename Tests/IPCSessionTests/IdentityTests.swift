import Glibc
import IPCModel
import Testing

@testable import IPCSession

@Suite("The user of a command")
struct IdentityTests {
  private func identity(_ user: String?, _ variables: [String: String] = [:]) throws(Failure) -> Identity? {
    try Identity.ofCommand(user: user) { variables[$0] }
  }

  /// What is said; nil if nothing is refused.
  private func complaint(_ user: String?, _ variables: [String: String] = [:]) -> String? {
    do throws(Failure) {
      _ = try identity(user, variables)
      return nil
    } catch {
      #expect(error.cause == .usage)
      #expect(!error.sentence.contains("\n"))
      return error.sentence
    }
  }

  @Test func `is who runs ipcdump, if nothing else is said`() throws {
    #expect(try identity(nil) == nil)
    #expect(try identity("\(getuid())") == nil)
  }

  @Test func `has a name or a number`() throws {
    let nobody = try #require(try identity("nobody"))
    #expect(nobody.name == "nobody")
    #expect(nobody.groups.contains(nobody.gid))
    #expect(try identity("\(nobody.uid)") == nobody)
    #expect(complaint("no-such-user")?.contains("no-such-user") == true)
    #expect(complaint("") != nil)
    #expect(complaint("-1") != nil)
    #expect(complaint("4294967295") != nil)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `is who called sudo, unless --user says otherwise`() throws {
    let nobody = try #require(try identity("nobody"))
    let variables = ["SUDO_UID": "\(nobody.uid)", "SUDO_GID": "1"]
    let caller = try #require(try identity(nil, variables))
    #expect(caller.uid == nobody.uid)
    #expect(caller.gid == 1)
    #expect(caller.groups.contains(1))
    #expect(try identity(nil, ["SUDO_UID": "\(nobody.uid)"]) == nobody)
    #expect(try identity(nil, ["SUDO_UID": "0", "SUDO_GID": "0"]) == nil)
    #expect(try identity("root", variables) == nil)
  }

  @Test(
    .enabled(if: geteuid() == 0, "needs root"),
    arguments: ["", "x", "-1", "1 ", "4294967295", "99999999999"])
  func `is no guess where sudo's variables are malformed`(value: String) {
    #expect(complaint(nil, ["SUDO_UID": value])?.contains("SUDO_UID") == true)
    #expect(complaint(nil, ["SUDO_UID": "65534", "SUDO_GID": value])?.contains("SUDO_GID") == true)
  }
}
