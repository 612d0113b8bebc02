//! Tests that go through [`super::load()`], as users meet this layer.

mod declarations;
mod json;
mod overrides;
mod roots;
mod trees;
mod unreadable;
mod values;
