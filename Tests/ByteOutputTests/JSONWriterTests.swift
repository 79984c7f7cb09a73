import ByteOutput
import Testing

@Suite("The JSON writer")
struct JSONWriterTests {
  private func json(
    isContinued: Bool = false, escape: TextEscape = .json, _ body: (inout JSONWriter) -> Void
  ) -> String {
    written { output in
      var json = JSONWriter(output, isContinued: isContinued, escape: escape)
      body(&json)
      output = json.finish()
    }
  }

  @Test func `puts commas between fields and between values, and nowhere else`() {
    let text = json { json in
      json.beginObject()
      json.field("none", nil as UInt64?)
      json.key("list")
      json.beginArray()
      json.beginArray()
      json.endArray()
      json.beginObject()
      json.endObject()
      json.value(-1 as Int64)
      json.value(true)
      json.null()
      json.endArray()
      json.field("text", "a")
      json.endObject()
    }
    #expect(text == #"{"none":null,"list":[[],{},-1,true,null],"text":"a"}"#)
  }

  @Test func `goes on with what a buffer holds`() {
    #expect(json(isContinued: true) { $0.field("a", false) } == #","a":false"#)
  }

  @Test func `escapes what nobody has looked at, and within HTML so that no element can end`() {
    let text = #"</script>"&"#
    #expect(json { $0.value(text: text) } == #""</script>\"&""#)
    #expect(json(escape: .script) { $0.value(text: text) } == #""\u003c/script\u003e\"\u0026""#)
  }

  @Test func `breaks a line behind the comma`() {
    let text = json { json in
      json.beginObject()
      json.field("a", "b")
      json.breakLine()
      json.field("c", "d")
      json.endObject()
    }
    #expect(text == "{\"a\":\"b\",\n\"c\":\"d\"}")
  }

  @Test func `leaves what it does not know of to be written by hand`() {
    let text = json { json in
      json.beginArray()
      json.value(base64: UnsafeRawBufferPointer(start: nil, count: 0))
      json.beginString()
      json.output.append("é")
      json.endString()
      json.beginValue()
      json.output.append("0.5")
      json.endValue()
      json.value("z")
      json.endArray()
    }
    #expect(text == #"["","é",0.5,"z"]"#)
  }
}
