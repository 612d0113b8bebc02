//! Values and evaluation.
