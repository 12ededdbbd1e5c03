//! A random source that is the same again when the run is replayed.

use rand_chacha::rand_core::Rng;

use super::super::contract::v0_1::switchboard::plugin::random::Host;
use super::super::state::HostState;

impl Host for HostState {
    fn next(&mut self) -> wasmtime::Result<u32> {
        self.count()?;
        Ok(self.random.next_u32())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        let mut one = testing::state(testing::nothing());
        let mut other = testing::state(testing::nothing());
        let draw = |state: &mut HostState| [state.next().unwrap(), state.next().unwrap()];
        let drawn = draw(&mut one);
        assert_eq!(drawn, draw(&mut other));
        assert_ne!(drawn[0], drawn[1]);
    }
}
