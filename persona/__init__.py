"""Who answers: recall with provenance, replies, guard rails."""
