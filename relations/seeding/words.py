"""What synthetic records are made of. The order is the rank: the first of each list is the most frequent."""


def _ranked(text: str, separator: str | None = None) -> list[str]:
    """Return the words of ``text``; with a ``separator``, what stands between it and line ends."""
    lines = text.strip().splitlines()
    return [word for line in lines for word in line.split(separator)]


FIRST_NAMES = _ranked("""
Maria James Anna Mohammed Wei José Fatima Olga John Priya Liam Sofia Ahmed Emma Noah Yuki Lucas Chloé Ivan Aisha David
Elena Carlos Mei Daniel Laura Omar Julia Peter Amara Hiroshi Nadia Michael Zoë Ravi Ingrid Thomas Leila Andrei Grace
Kwame Hanna Diego Sara Jan Linh François Zeynep Adam Katarzyna Björn Yara Tariq Lena Mateo Nia Oscar Renée Sanjay Tova
Ürsula Viktor Wanjiru Xavier Yasmin Zoltán Åsa Bongani Chidi Dagny Emre Ólafur Giulia Halima Igor Jürgen Kenji Lwazi
""")
LAST_NAMES = _ranked("""
Smith Müller Wang Silva García Nguyen Kowalski Ivanova Khan Kim Patel Johnson Rossi Martin Hansen Singh Tanaka Okafor
Nowak Schmidt Brown Jensen Dubois Fernández Novák Ali Andersson Popescu Costa O'Brien Weber Sato Mensah Yılmaz Horváth
Lindqvist Mwangi Petrov Haddad Virtanen Castro Chen Moreau Becker Kaya Osei Larsen Ricci Takahashi Abubakar Svensson
Peña Fischer Jovanović Ndlovu Kovács Ó'Dálaigh Zhou Bergström Çelik Dąbrowski Eriksen Fontaine Guðmundsdóttir Hoang
Ibrahim Jäger Kuznetsova Lefèvre Mbeki Nakamura Öztürk Papadopoulos Quispe Ramírez Șerban Tremblay Ueda Vasquez
""")
JOB_TITLES = _ranked(
    """
Software Engineer|Product Manager|Data Analyst|Teacher|Designer|Marketing Manager|Consultant|Researcher|Student|Director
Sales Representative|Project Manager|Engineer|Account Manager|Nurse|Accountant|Founder|Lawyer|Journalist|Architect
Data Scientist|Operations Manager|Physician|Developer Advocate|Editor|Recruiter|Community Manager|Librarian|Economist
Site Reliability Engineer|Curator|Biologist|Translator|Photographer|Civil Servant|Retired|Actuary|Chef|Pilot|Geologist
""",
    "|",
)
COMPANY_STEMS = _ranked("""
Northwind Acme Blue Summit Harbour Vertex Lumen Cedar Atlas Orion Delta Granite Silver Pioneer Meridian Aurora Falcon
Quantum Willow Beacon Copper Juniper Zenith Nimbus Maple Coral Ember Tidal Amber Polar Crescent Saffron Marble Indigo
Heron Birch Cobalt Lotus Sierra Onyx Raven Tundra Velvet Ivory Glacier Fjord Mosaic Opal Prairie Thistle
""")
COMPANY_KINDS = _ranked("""
Systems Labs Group Health Foods Partners Media Energy Logistics Bank Software Institute Design Studios Insurance
Robotics Travel Textiles Consulting Foundation Motors Press Pharma Networks Analytics Works Telecom Academy Retail Farms
""")
# City, state, zone.
CITIES = [
    line.split("|")
    for line in _ranked(
        """
Berlin|BE|Europe/Berlin
London|ENG|Europe/London
New York|NY|America/New_York
São Paulo|SP|America/Sao_Paulo
Mumbai|MH|Asia/Kolkata
Austin|TX|America/Chicago
Tokyo|13|Asia/Tokyo
Paris|IDF|Europe/Paris
Lagos|LA|Africa/Lagos
Toronto|ON|America/Toronto
Sydney|NSW|Australia/Sydney
Warsaw|MZ|Europe/Warsaw
San Francisco|CA|America/Los_Angeles
Nairobi|30|Africa/Nairobi
Madrid|MD|Europe/Madrid
Istanbul|34|Europe/Istanbul
Montréal|QC|America/Toronto
Seoul|11|Asia/Seoul
Zürich|ZH|Europe/Zurich
Melbourne|VIC|Australia/Melbourne
Buenos Aires|C|America/Argentina/Buenos_Aires
Kathmandu|P3|Asia/Kathmandu
Denver|CO|America/Denver
Reykjavík|1|Atlantic/Reykjavik
Málaga|AN|Europe/Madrid
Hobart|TAS|Australia/Hobart
""",
        "\n",
    )
]
GENDERS = ("", "female", "male", "other")
TOPICS = _ranked("""
Python Data Cloud Design Product Health Education Climate Security Open-Source Leadership Robotics Marketing Finance
Accessibility Music Biology Writing Energy Museums
""")
FORMATS = ("Meetup", "Workshop", "Conference", "Webinar", "Breakfast", "Summit", "Hackathon", "Panel", "Gala")
VENUES = ("Main Hall", "Online", "Community Centre", "University Auditorium", "Old Library", "Harbour Pavilion", "Café")
