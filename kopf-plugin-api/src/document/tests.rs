//! How an object is read part by part, and what is said where it cannot be.
