//! Many customers at once.

use std::sync::Arc;
use std::time::Duration;

use super::customer::{Contact, Customer, Diary, Whereabouts};

/// How many customers there are, and how busy they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Threads of customers.
    pub(crate) customers: u64,
    /// Contacts that each of them writes for in turn.
    pub(crate) contacts: usize,
    /// How long each thinks between two messages.
    pub(crate) pause: Duration,
    /// About how many bytes each message has besides what it says: noise, which doesn't become smaller when packed.
    pub(crate) noise: usize,
}

/// Customers at work, and where they write down what happened.
pub(crate) struct Crowd {
    pub(crate) whereabouts: Arc<Whereabouts>,
    diaries: Vec<Diary>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Crowd {
    /// Everybody begins to write, as soon as they are told where.
    pub(crate) fn start(size: Size, seed: u64) -> Self {
        let whereabouts = Arc::new(Whereabouts::default());
        let mut crowd = Self {
            whereabouts,
            diaries: Vec::new(),
            threads: Vec::new(),
        };
        for number in 0..size.customers {
            let customer = Customer::new(number, size, seed, Arc::clone(&crowd.whereabouts));
            crowd.diaries.push(customer.diary());
            crowd
                .threads
                .push(std::thread::spawn(move || customer.write()));
        }
        crowd
    }

    /// What everybody was told so far.
    pub(crate) fn contacts(&self) -> Vec<Contact> {
        self.diaries
            .iter()
            .flat_map(|diary| diary.lock().unwrap().clone())
            .collect()
    }

    /// A customer who saw something wrong has ended.
    pub(crate) fn assert_well(&self) {
        assert!(
            self.threads.iter().all(|thread| !thread.is_finished()),
            "a customer saw something wrong"
        );
    }

    /// Everybody gets their last message acknowledged and goes.
    pub(crate) fn leave(&mut self) {
        self.whereabouts.close();
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}
