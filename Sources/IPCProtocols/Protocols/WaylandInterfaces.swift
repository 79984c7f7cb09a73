/// The requests and events of Wayland's core protocol and of xdg-shell (wayland.freedesktop.org, protocol/wayland.xml;
/// wayland-protocols, stable/xdg-shell/xdg-shell.xml), in the order of their numbers.
struct WaylandInterface: Sendable {
  /// One request or event.
  struct Message: Sendable {
    let name: [UInt8]
    /// Its arguments, if an object or a descriptor is among them: `i u f o n` have four bytes, `s` and `a` their length
    /// before them, `h` is a descriptor and has none.
    let arguments: [UInt8]
    /// Interface of the object that it makes; nil if that is the argument before it, as only `bind` has it.
    let made: String?
  }

  let name: [UInt8]
  var requests: [Message] = []
  var events: [Message] = []

  static let known: [String: WaylandInterface] = {
    var known: [String: WaylandInterface] = [:]
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let name = words.first else { continue }
      var interface = WaylandInterface(name: Array(name.utf8))
      var isEvents = false
      for word in words.dropFirst() {
        if word == "<" {
          isEvents = true
        } else if isEvents {
          interface.events.append(Message(word))
        } else {
          interface.requests.append(Message(word))
        }
      }
      known[String(name)] = interface
    }
    return known
  }()

  /// An interface a line: its name, its requests, and behind `<` its events, with arguments behind `:` and what they make
  /// behind `=`.
  private static let table = """
    wl_display sync:n=wl_callback get_registry:n=wl_registry < error delete_id
    wl_registry bind:usun < global global_remove
    wl_callback < done
    wl_compositor create_surface:n=wl_surface create_region:n=wl_region <
    wl_shm_pool create_buffer:niiiiu=wl_buffer destroy resize <
    wl_shm create_pool:nhi=wl_shm_pool release < format
    wl_buffer destroy < release
    wl_data_offer accept receive:sh destroy finish set_actions < offer source_actions action
    wl_data_source offer destroy set_actions < target send:sh cancelled dnd_drop_performed dnd_finished \
    action
    wl_data_device start_drag set_selection release < data_offer:n=wl_data_offer enter leave motion drop \
    selection
    wl_data_device_manager create_data_source:n=wl_data_source get_data_device:no=wl_data_device <
    wl_shell get_shell_surface:no=wl_shell_surface <
    wl_shell_surface pong move resize set_toplevel set_transient set_fullscreen set_popup set_maximized \
    set_title set_class < ping configure popup_done
    wl_surface destroy attach damage frame:n=wl_callback set_opaque_region set_input_region commit \
    set_buffer_transform set_buffer_scale damage_buffer offset < enter leave preferred_buffer_scale \
    preferred_buffer_transform
    wl_seat get_pointer:n=wl_pointer get_keyboard:n=wl_keyboard get_touch:n=wl_touch release < \
    capabilities name
    wl_pointer set_cursor release < enter leave motion button axis frame axis_source axis_stop \
    axis_discrete axis_value120 axis_relative_direction
    wl_keyboard release < keymap:uhu enter leave key modifiers repeat_info
    wl_touch release < down up motion frame cancel shape orientation
    wl_output release < geometry mode done scale name description
    wl_region destroy add subtract <
    wl_subcompositor destroy get_subsurface:noo=wl_subsurface <
    wl_subsurface destroy set_position place_above place_below set_sync set_desync <
    wl_fixes destroy destroy_registry <
    xdg_wm_base destroy create_positioner:n=xdg_positioner get_xdg_surface:no=xdg_surface pong < ping
    xdg_positioner destroy set_size set_anchor_rect set_anchor set_gravity set_constraint_adjustment \
    set_offset set_reactive set_parent_size set_parent_configure <
    xdg_surface destroy get_toplevel:n=xdg_toplevel get_popup:noo=xdg_popup set_window_geometry \
    ack_configure < configure
    xdg_toplevel destroy set_parent set_title set_app_id show_window_menu move resize set_max_size \
    set_min_size set_maximized unset_maximized set_fullscreen unset_fullscreen set_minimized < configure \
    close configure_bounds wm_capabilities
    xdg_popup destroy grab reposition < configure popup_done repositioned
    """
}

extension WaylandInterface.Message {
  fileprivate init(_ word: Substring) {
    let parts = word.split(whereSeparator: { $0 == ":" || $0 == "=" })
    name = Array((parts.first ?? "").utf8)
    arguments = parts.count > 1 ? Array(parts[1].utf8) : []
    made = parts.count > 2 ? String(parts[2]) : nil
  }
}
