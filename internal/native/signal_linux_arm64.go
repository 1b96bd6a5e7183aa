package native

// stackCheck is how the functions of Go begin that may yield: MOVD 16(R28), R16.
const stackCheck = "\x90\x0b\x40\xf9"
