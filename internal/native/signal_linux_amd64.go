package native

// stackCheck is how the functions of Go begin that may yield: CMPQ SP, 16(R14).
const stackCheck = "\x49\x3b\x66\x10"
