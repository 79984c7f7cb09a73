import Glibc

/// `errno` of this thread, right after a failed call.
var currentErrno: Int32 { errno }
