//! The correct one.
pub const fixed = true;
