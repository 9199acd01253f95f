//! Documents for others: what leaves the books as a file. It knows the domain and nothing else.

pub mod verifactu;
