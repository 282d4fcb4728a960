//! A review as a document.
//!
//! In: a [`review::Review`]. Out: text. It must not print, and not judge.
