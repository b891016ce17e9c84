"""What registrations tell: the figures of an event, who comes, who has met whom. Reads, and changes nothing."""
