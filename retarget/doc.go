// Package retarget rewrites modules that switch stacks by other means so that they do it by WebAssembly's own stack
// switching.
package retarget
