// swift-tools-version: 6.2
import PackageDescription

// Another package names the repository's address and a version in the place of the path.
let package = Package(
  name: "ipcdump-examples",
  dependencies: [.package(name: "ipcdump", path: "..")],
  targets: [
    .executableTarget(
      name: "read-capture",
      dependencies: [
        .product(name: "IPCCapture", package: "ipcdump"), .product(name: "IPCModel", package: "ipcdump"),
      ]),
    .executableTarget(
      name: "count-syscalls", dependencies: [.product(name: "Libbpf", package: "ipcdump")],
      exclude: ["count.bpf.c"]),
  ]
)
