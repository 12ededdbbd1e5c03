//! What desks say, and what is said about broken ones.

mod demo;
