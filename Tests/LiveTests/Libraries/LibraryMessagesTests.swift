import Foundation
import Testing

extension LiveTests {
  /// `--messages` of real programs whose protocols have no calls, compared with what other witnesses say of them.
  @Suite(.serialized) struct LibraryMessagesTests {
    /// Traces a Python script that needs programs, and keeps a capture as well.
    private func messages(
      _ script: String, needs programs: [String], _ options: [String] = []
    ) async throws -> (Session, [MessageLine]) {
      let session = try ProgramsScript(needs: programs).session
      let messages = try await session.messages(
        of: script, ["--messages", "--streams"] + session.keeping + options)
      return (session, messages)
    }

    @Test func `Wayland's are those that its library has logged at the client`() async throws {
      let (session, lines) = try await messages(
        #"""
        import os, subprocess, sys, time
        folder = sys.argv[1] + "/"
        os.environ["XDG_RUNTIME_DIR"] = folder
        os.chmod(folder, 0o700)
        weston = ["weston", "--backend=headless-backend.so", "--socket=wayland-0", "--no-config", "--idle-time=0", "--shell=kiosk-shell.so"]
        server = subprocess.Popen(weston, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(folder + "wayland-0"): time.sleep(0.02)
        told = {**os.environ, "WAYLAND_DEBUG": "1", "WAYLAND_DISPLAY": "wayland-0"}
        with open(folder + "log", "w") as log:
            subprocess.run(["wayland-info"], env=told, stdout=subprocess.DEVNULL, stderr=log, check=True)
        server.terminate(); server.wait()
        """#, needs: ["weston", "wayland-info"])
      var logged: (requests: [String], events: [String]) = ([], [])
      for line in try session.folder.text("log").split(separator: "\n") {
        // Only of these interfaces are the names known.
        guard let said = line.firstMatch(of: /\] +(-> |discarded )?(wl_[a-z_]+)[@#]([0-9]+)\.([a-z_]+)\(/)
        else {
          continue
        }
        let words = "\(said.2).\(said.4) \(said.2)@\(said.3)"
        if said.1 == "-> " { logged.requests.append(words) } else { logged.events.append(words) }
      }
      func told(_ isTold: (MessageLine) -> Bool) -> [String] {
        lines.filter { isTold($0) && $0.meta.method?.hasPrefix("wl_") == true }.map {
          "\($0.meta.method ?? "") \($0.meta.target ?? "")"
        }
      }
      #expect(logged.requests.count > 5 && logged.events.count > 20)
      #expect(told { $0.srcComm == "wayland-info" } == logged.requests)
      // The library hands out the display's own events before others that came earlier.
      let events = told { $0.dstComm == "wayland-info" }
      for isOfDisplay in [true, false] {
        func chosen(_ events: [String]) -> [String] {
          events.filter { $0.hasPrefix("wl_display") == isOfDisplay }
        }
        #expect(chosen(events) == chosen(logged.events))
      }
    }

    @Test func `X11's requests are those that Wireshark sees`() async throws {
      let (session, lines) = try await messages(
        #"""
        import os, subprocess, sys
        there, here = os.pipe()
        xvfb = ["Xvfb", "-displayfd", str(here), "-noreset", "-nolisten", "tcp", "-screen", "0", "320x200x24"]
        server = subprocess.Popen(xvfb, pass_fds=[here], stderr=subprocess.DEVNULL)
        os.close(here)
        display = ":" + os.read(there, 20).decode().strip()
        for words in (["-root"], ["-root", "-f", "GREETING", "8s", "-set", "GREETING", "hello"], ["-root", "GREETING"]):
            subprocess.run(["xprop", "-display", display, *words], stdout=subprocess.DEVNULL, check=True)
        server.terminate(); server.wait()
        """#, needs: ["Xvfb", "xprop", "tshark"],
        ["--dissect", "unix-stream=x11"])
      let packets = try await session.output(
        of: "tshark",
        [
          "-n", "-r", session.captureFile, "-Y", "x11 && tcp.dstport == 6000", "-T", "fields", "-e",
          "_ws.col.Info",
        ])
      // Those of extensions have numbers only here, and a hyphen there.
      let seen = packets.filter { $0.hasPrefix("Requests: ") }.flatMap { packet in
        packet.dropFirst("Requests: ".count).split(separator: ", ").map(String.init)
      }.filter { !$0.contains("-") }
      let told = lines.filter { $0.srcComm == "xprop" && $0.meta.protocol == "x11" && $0.meta.role != "data" }
        .compactMap(\.meta.method).filter { !$0.contains(".") }
      #expect(seen.count > 30)
      #expect(told == seen)
    }

    @Test func `of systemd-notify and logger say what was asked of them`() async throws {
      let (session, lines) = try await messages(
        #"""
        import os, socket, subprocess, sys
        folder = sys.argv[1] + "/"
        service, log = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
        service.bind(folder + "notify"); log.bind(folder + "log")
        os.environ["NOTIFY_SOCKET"] = folder + "notify"
        for words in (["--ready", "--status=all is well"], ["--status=busy"], ["STOPPING=1"]):
            told = subprocess.Popen(["systemd-notify", *words])
            # It waits until its descriptor is closed, if it sends one (sd_notify_barrier(3)).
            service.settimeout(0.05)
            while told.poll() is None:
                try: _, ancillary, *_ = service.recvmsg(4096, 256)
                except TimeoutError: continue
                for _, _, descriptors in ancillary: os.close(int.from_bytes(descriptors[:4], sys.byteorder))
        for priority, program, text in (("daemon.info", "first", "hello"), ("user.err", "second", "it failed"), ("local3.debug", "third", "x" * 500)):
            subprocess.run(["logger", "-u", folder + "log", "-p", priority, "-t", program, text], check=True)
            log.recv(4096)
        """#, needs: ["systemd-notify", "logger"])
      let told = lines.filter { $0.meta.method != "BARRIER" }
      #expect(
        told.map(\.words) == [
          "message sd-notify notification READY all is well", "message sd-notify notification STATUS busy",
          "message sd-notify notification STOPPING", "message syslog notification daemon.info first",
          "message syslog notification user.err second", "message syslog notification local3.debug third",
        ])
      #expect(told.allSatisfy { $0.dstPid > 0 && $0.meta.channelType == "unix-dgram" })
      #expect(Set(told.map(\.meta.channel)) == [session.file("notify"), session.file("log")])
    }
  }
}
