//! What somebody may do.

use serde::{Deserialize, Serialize};

use crate::model::kinds;

kinds!(
    /// What somebody of the desk may do.
    Role {
        /// Everything, and says who may do what.
        Administrator = "administrator",
        /// Everything with customers; sees all of the workflow, changes none of it.
        Supervisor = "supervisor",
        /// Talks to customers.
        Agent = "agent",
        /// Works on the tickets of a department.
        Member = "department-member",
        /// Sees everything, changes nothing.
        Auditor = "auditor",
    }
);
