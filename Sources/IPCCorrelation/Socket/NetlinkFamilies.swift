import IPCModel

/// What the families of netlink are called.
struct NetlinkFamilies {
  /// Words of include/uapi/linux/netlink.h (`NETLINK_KOBJECT_UEVENT`), by their numbers.
  private static let words = [
    "route", "unused", "usersock", "firewall", "sock-diag", "nflog", "xfrm", "selinux", "iscsi", "audit",
    "fib-lookup", "connector", "netfilter", "ip6-fw", "dnrtmsg", "kobject-uevent", "generic", "17",
    "scsitransport",
    "ecryptfs", "rdma", "crypto", "smc",
  ]

  private var names: [UInt32: TextID] = [:]

  /// A family's name; of one that has none, its number.
  mutating func name(of family: UInt32, in texts: inout TextTable) -> TextID {
    if let name = names[family] { return name }
    let isKnown = family < Self.words.count
    let name = texts.add(isKnown ? Self.words[Int(family)] : "\(family)")
    // A kernel has 32 (MAX_LINKS); of what a damaged record says, there is no end.
    if names.count < 64 { names[family] = name }
    return name
  }
}
