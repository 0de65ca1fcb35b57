"""What our extensions share: their base, configuration, messages, and the bases of the standard kinds."""
