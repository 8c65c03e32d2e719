"""The incident: clocks, affected parties, frozen evidence, rescans."""
