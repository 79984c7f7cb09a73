import Testing

@testable import IPCTracing

@Suite("A line of /proc/PID/maps")
struct MappedMemoryTests {
  private func mapping(_ line: String) -> MappedMemory? {
    MappedMemory(line: Array(line.utf8), pid: 7, comm: Array("a".utf8))
  }

  @Test func `tells what is mapped shared`() {
    let found = mapping("7f00-8f00 rw-s 00002000 00:01 1031     /memfd:x (deleted)")
    #expect(found?.start == 0x7f00 && found?.length == 0x1000 && found?.offset == 0x2000)
    #expect(found?.device == 1 && found?.inode == 1031 && found?.isWritable == true)
    #expect(found?.path == Array("/memfd:x (deleted)".utf8))
    #expect(mapping("1000-2000 r--s 00000000 08:02 5 /a b")?.device == 0x80_0002)
    #expect(mapping("1000-2000 r--s 00000000 08:02 5 /a b")?.path == Array("/a b".utf8))
  }

  @Test(
    arguments: [
      "1000-2000 rw-p 00000000 08:02 5 /a", "1000-2000 rw-s 00000000 00:0e 1 anon_inode:[io_uring]",
      "1000-2000 rw-s 00000000 00:06 1 /dev/dri/card0", "1000-2000", "x-y rw-s 0 0:0 0", "",
    ])
  func `says nothing of what others cannot share`(line: String) {
    #expect(mapping(line) == nil)
  }
}
