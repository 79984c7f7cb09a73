-- Shows Wireshark what captures of `ipcdump --streams` have at ports of ipcdump's own (docs/captures.md): D-Bus at 64100,
-- and at 64101 JSON, of which a line is put together however it was read.
--
-- Put it into Wireshark's folder of personal Lua plugins (Help, About Wireshark, Folders), or give it to tshark with
-- -X lua_script:ipcdump.lua.

local ports = DissectorTable.get("tcp.port")

-- A dissector of one message is found by the link type (WTAP_ENCAP_DBUS); its length stands in the first 16 bytes.
local message = DissectorTable.get("wtap_encap"):get_dissector(146)
local bus = Proto("ipcdump_dbus", "D-Bus over a synthetic connection")

local function message_length(buffer, _, offset)
  local is_little = buffer(offset, 1):uint() == 0x6c
  local function number(at)
    local range = buffer(offset + at, 4)
    return is_little and range:le_uint() or range:uint()
  end
  -- Fields are padded to 8 bytes.
  return 16 + math.floor((number(12) + 7) / 8) * 8 + number(4)
end

function bus.dissector(buffer, _, tree)
  dissect_tcp_pdus(buffer, tree, 16, message_length, function(part, pinfo, root)
    message:call(part:range():tvb(), pinfo, root)
    return part:len()
  end)
  return buffer:len()
end

ports:add(64100, bus)

local json = Dissector.get("json")
local lines = Proto("ipcdump_json", "JSON in lines over a synthetic connection")

function lines.dissector(buffer, pinfo, tree)
  local length = buffer:len()
  local text = buffer:raw()
  local first = 1
  while first <= length do
    local last = text:find("\n", first, true)
    if last == nil then
      -- The line goes on in a later segment, and how long it is nobody says.
      pinfo.desegment_offset = first - 1
      pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
      return length
    end
    json:call(buffer(first - 1, last - first + 1):tvb(), pinfo, tree)
    first = last + 1
  end
  return length
end

ports:add(64101, lines)
