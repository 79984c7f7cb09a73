/// Names of the core protocol's requests, events and errors (X Window System Protocol, x.org/releases/X11R7.7/doc/xproto).
enum X11Names {
  /// A request: what it is called, whether it is answered, and whether what it is about stands at its fifth byte.
  struct Request: Sendable {
    let name: [UInt8]
    let isAnswered: Bool
    let hasTarget: Bool
  }

  /// An event, and where the window is that it is about; 0 if there is none.
  struct Event: Sendable {
    let name: [UInt8]
    let window: Int
  }

  static let requests: [UInt8: Request] = {
    var requests: [UInt8: Request] = [:]
    for (number, word) in requestWords.split(whereSeparator: \.isWhitespace).enumerated() {
      let name = word.filter { $0 != "?" && $0 != "@" }
      let isNoOperation = name == "NoOperation"
      requests[isNoOperation ? 127 : UInt8(number + 1)] = Request(
        name: Array(name.utf8), isAnswered: word.contains("?"), hasTarget: word.contains("@"))
    }
    return requests
  }()

  static let events: [UInt8: Event] = {
    var events: [UInt8: Event] = [:]
    for (number, word) in eventWords.split(whereSeparator: \.isWhitespace).enumerated() {
      let parts = word.split(separator: "@")
      events[UInt8(number + 2)] = Event(
        name: Array((parts.first ?? "").utf8), window: parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    }
    return events
  }()

  static let errors: [UInt8: [UInt8]] = {
    var errors: [UInt8: [UInt8]] = [:]
    for (number, word) in errorWords.split(separator: " ").enumerated() {
      errors[UInt8(number + 1)] = Array(word.utf8)
    }
    return errors
  }()

  /// From 1 on; `?` is answered, `@` has a target.
  private static let requestWords = """
    CreateWindow@ ChangeWindowAttributes@ GetWindowAttributes?@ DestroyWindow@ DestroySubwindows@
    ChangeSaveSet@ ReparentWindow@ MapWindow@ MapSubwindows@ UnmapWindow@ UnmapSubwindows@
    ConfigureWindow@ CirculateWindow@ GetGeometry?@ QueryTree?@ InternAtom? GetAtomName? ChangeProperty@
    DeleteProperty@ GetProperty?@ ListProperties?@ SetSelectionOwner@ GetSelectionOwner?
    ConvertSelection@ SendEvent@ GrabPointer?@ UngrabPointer GrabButton@ UngrabButton@
    ChangeActivePointerGrab@ GrabKeyboard?@ UngrabKeyboard GrabKey@ UngrabKey@ AllowEvents GrabServer
    UngrabServer QueryPointer?@ GetMotionEvents?@ TranslateCoordinates?@ WarpPointer@ SetInputFocus@
    GetInputFocus? QueryKeymap? OpenFont@ CloseFont@ QueryFont?@ QueryTextExtents? ListFonts?
    ListFontsWithInfo? SetFontPath GetFontPath? CreatePixmap@ FreePixmap@ CreateGC@ ChangeGC@ CopyGC@
    SetDashes@ SetClipRectangles@ FreeGC@ ClearArea@ CopyArea@ CopyPlane@ PolyPoint@ PolyLine@
    PolySegment@ PolyRectangle@ PolyArc@ FillPoly@ PolyFillRectangle@ PolyFillArc@ PutImage@ GetImage?@
    PolyText8@ PolyText16@ ImageText8@ ImageText16@ CreateColormap@ FreeColormap@ CopyColormapAndFree@
    InstallColormap@ UninstallColormap@ ListInstalledColormaps?@ AllocColor?@ AllocNamedColor?@
    AllocColorCells?@ AllocColorPlanes?@ FreeColors@ StoreColors@ StoreNamedColor@ QueryColors?@
    LookupColor?@ CreateCursor@ CreateGlyphCursor@ FreeCursor@ RecolorCursor@ QueryBestSize?@
    QueryExtension? ListExtensions? ChangeKeyboardMapping GetKeyboardMapping? ChangeKeyboardControl
    GetKeyboardControl? Bell ChangePointerControl GetPointerControl? SetScreenSaver GetScreenSaver?
    ChangeHosts ListHosts? SetAccessControl SetCloseDownMode KillClient RotateProperties@
    ForceScreenSaver SetPointerMapping? GetPointerMapping? SetModifierMapping? GetModifierMapping?
    NoOperation
    """

  /// From 2 on, with the offset of the window.
  private static let eventWords = """
    KeyPress@12 KeyRelease@12 ButtonPress@12 ButtonRelease@12 MotionNotify@12 EnterNotify@12
    LeaveNotify@12 FocusIn@4 FocusOut@4 KeymapNotify Expose@4 GraphicsExposure@4 NoExposure@4
    VisibilityNotify@4 CreateNotify@8 DestroyNotify@4 UnmapNotify@4 MapNotify@4 MapRequest@8
    ReparentNotify@4 ConfigureNotify@4 ConfigureRequest@8 GravityNotify@4 ResizeRequest@4
    CirculateNotify@4 CirculateRequest@4 PropertyNotify@4 SelectionClear@8 SelectionRequest@8
    SelectionNotify@8 ColormapNotify@4 ClientMessage@4 MappingNotify
    """

  /// From 1 on.
  private static let errorWords =
    "Request Value Window Pixmap Atom Cursor Font Match Drawable Access Alloc Colormap GContext IDChoice Name Length Implementation"
}
