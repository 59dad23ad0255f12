"""Who comes: places, waiting list, answers, what people choose."""
