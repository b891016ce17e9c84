"""The admin's pieces of markup for templates."""

from django import template

from users import markup

register = template.Library()
register.filter("moment", markup.moment)
register.filter("record_link", markup.link)
register.filter("number", markup.number)
