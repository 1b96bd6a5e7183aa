//! The broken one.
pub const fixed = false;
