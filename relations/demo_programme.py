"""The demo's events: a year of meetings in several zones, counted in days from the day the demo is made."""

from typing import NamedTuple

from events.models import EventStatus


class Planned(NamedTuple):
    """One event: where and when it is in its own zone, how many take part, and how many it has room for."""

    title: str
    days: int
    hour: int
    hours: int
    zone: str
    venue: str
    people: int
    capacity: int | None = None
    status: str = EventStatus.ACTIVE
    waitlist: bool = True


DONE, CANCELLED, DRAFT = EventStatus.COMPLETED, EventStatus.CANCELLED, EventStatus.DRAFT
BERLIN, LONDON, NEW_YORK, TOKYO = "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"
NAIROBI, SAO_PAULO, KOLKATA, SYDNEY = "Africa/Nairobi", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Sydney"

PROGRAMME = [
    Planned("Winter Members' Evening", -340, 18, 3, BERLIN, "Kulturhaus Mitte", 22, 40, DONE),
    Planned("Volunteering 101", -310, 10, 4, LONDON, "Southbank Rooms", 14, 20, DONE),
    Planned("Data for Good Meetup", -282, 19, 2, NEW_YORK, "Hudson Library", 24, None, DONE),
    Planned("Spring Fundraiser", -250, 19, 4, SAO_PAULO, "Casa Paulista", 30, 60, DONE),
    Planned("Community Gardens Tour", -221, 9, 6, NAIROBI, "Karura Forest Gate", 16, 25, DONE),
    Planned("Open Source Sprint", -190, 9, 32, BERLIN, "Kulturhaus Mitte", 26, 30, DONE),
    Planned("Accessibility Workshop", -163, 13, 4, TOKYO, "Shibuya Learning Centre", 12, 15, DONE),
    Planned("Summer Party", -140, 17, 6, LONDON, "Victoria Park Pavilion", 38, None, DONE),
    Planned("Storytelling for Science", -117, 18, 2, KOLKATA, "Indiranagar Hall", 15, 20, DONE),
    Planned("Partner Breakfast", -95, 8, 2, NEW_YORK, "Hudson Library", 10, 12, DONE),
    Planned("Harbour Clean-up", -70, 8, 5, SYDNEY, "Rushcutters Bay", 20, None, DONE),
    Planned("Autumn Conference", -45, 9, 33, BERLIN, "Congress Hall East", 45, 120, DONE),
    Planned("Mentoring Kick-off", -24, 17, 2, LONDON, "Southbank Rooms", 16, 16, DONE),
    Planned("Press Breakfast", -15, 9, 1, LONDON, "Southbank Rooms", 6, 10, CANCELLED),
    Planned("Data Protection Clinic", -6, 15, 2, BERLIN, "Online", 13, None, DONE),
    Planned("New Members' Welcome", 3, 18, 2, BERLIN, "Kulturhaus Mitte", 12, 25),
    Planned("Design Systems Evening", 8, 19, 2, NEW_YORK, "Hudson Library", 17, 12),
    Planned("Board Games and Budgets", 14, 18, 3, LONDON, "Southbank Rooms", 9, 9, waitlist=False),
    Planned("Climate Data Workshop", 21, 10, 6, NAIROBI, "iHub Classroom", 11, 18),
    Planned("Regional Organisers' Call", 27, 16, 1, SAO_PAULO, "Online", 14),
    Planned("Winter Fundraiser", 35, 19, 4, LONDON, "Guildhall Annexe", 24, 80),
    Planned("Robotics for Schools", 49, 9, 7, TOKYO, "Shibuya Learning Centre", 10, 30),
    Planned("Annual General Meeting", 63, 18, 3, BERLIN, "Congress Hall East", 20),
    Planned("Spring Conference", 120, 9, 33, SYDNEY, "Darling Harbour Theatre", 18, 200),
    Planned("Summer School", 200, 9, 104, KOLKATA, "Indiranagar Hall", 0, 40, DRAFT),
]
