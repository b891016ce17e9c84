"""Who may open which page of the admin, by hand: what its matrix is held against."""

# page method admin organizer agent; customers, outsiders and nobody are led to the sign-in, whatever the page.
RULES = """
index                                     GET   ok  ok       ok
app_list                                  GET   gone gone     gone
search                                    GET   ok  ok       ok
jsi18n                                    GET   ok  ok       ok
password_change                           GET   ok  ok       ok
password_change                           POST  ok  ok       ok
password_change_done                      GET   ok  ok       ok
mailbox                                   GET   ok  403      403
mailbox_message                           GET   ok  403      403

users_user_changelist                     GET   ok  ok       ok
users_user_changelist/send_email          POST  ok  ok       list
users_user_add                            GET   ok  ok       ok
users_user_add                            POST  ok  ok       ok
users_user_change                         GET   ok  ok       ok
users_user_change                         POST  ok  ok       ok
users_user_delete                         GET   ok  403      403
users_user_delete                         POST  ok  403      403
users_user_history                        GET   ok  ok       ok
users_user_suggest/company                GET   ok  ok       ok
auth_user_password_change                 GET   ok  403      403
auth_user_password_change                 POST  ok  403      403
users_user_panel/events                   GET   ok  ok       ok
users_user_panel/mail                     GET   ok  ok       403
users_user_panel/preferences              GET   ok  ok       ok
mailing_user_preferences                  GET   ok  403      403
mailing_user_preferences                  POST  ok  403      403
users_user_panel/access                   GET   ok  ok       ok
users_user_panel/tokens                   GET   ok  403      403
users_user_panel/security                 GET   ok  403      403
users_user_panel/history                  GET   ok  ok       ok

users_segment_changelist                  GET   ok  ok       ok
users_segment_add                         GET   ok  ok       ok
users_segment_add                         POST  ok  ok       ok
users_segment_change                      GET   ok  ok       ok
users_segment_change                      POST  ok  ok/403   ok/403
users_segment_delete                      GET   ok  ok/403   ok/403
users_segment_delete                      POST  ok  ok/403   ok/403
users_segment_history                     GET   ok  ok       ok
users_segment_panel/people                GET   ok  ok       ok
users_segment_panel/access                GET   ok  ok       ok
users_segment_panel/history               GET   ok  ok       ok
users_segment_write                       GET   ok  ok       403
users_segment_write                       POST  ok  ok       403

events_event_changelist                   GET   ok  ok       ok
events_event_add                          GET   ok  ok       403
events_event_add                          POST  ok  ok       403
events_event_change                       GET   ok  ok       ok
events_event_change                       POST  ok  ok/403   403
events_event_delete                       GET   ok  ok/403   403
events_event_delete                       POST  ok  ok/403   403
events_event_history                      GET   ok  ok       ok
events_event_suggest/venue                GET   ok  ok       ok
events_event_panel/desk                   GET   ok  ok       ok
events_event_panel/people                 GET   ok  ok       ok
events_event_panel/statistics             GET   ok  ok       ok
events_event_panel/access                 GET   ok  ok       ok
events_event_panel/series                 GET   ok  ok       ok
events_event_repeat                       GET   ok  ok/403   403
events_event_repeat                       POST  ok  ok/403   403
events_event_extend                       GET   ok  ok/403   403
events_event_extend                       POST  ok  ok/403   403
events_event_panel/history                GET   ok  ok       ok
events_event_check_in                     GET   ok  ok/403   403
events_event_check_in                     POST  ok  ok/403   403
events_event_bulk                         GET   ok  ok/403   403
events_event_bulk                         POST  ok  ok/403   403
events_event_calendar_address             GET   ok  ok/403   403
events_event_calendar_address             POST  ok  ok/403   403
events_event_promote                      GET   ok  ok/403   403
events_event_promote                      POST  ok  ok/403   403
events_event_complete                     GET   ok  ok/403   403
events_event_complete                     POST  ok  ok/403   403
events_event_cancel                       GET   ok  ok/403   403
events_event_cancel                       POST  ok  ok/403   403
events_event_write                        GET   ok  ok       403
events_event_write                        POST  ok  ok       403

relations_usereventrelation_changelist    GET   ok  ok       ok
relations_usereventrelation_add           GET   ok  ok       403
relations_usereventrelation_add           POST  ok  ok       403
relations_usereventrelation_change        GET   ok  ok/gone  ok
relations_usereventrelation_change        POST  ok  ok/gone  403
relations_usereventrelation_delete        GET   403 403      403
relations_usereventrelation_end           GET   ok  ok/404   403
relations_usereventrelation_end           POST  ok  ok/404   403
relations_usereventrelation_step/approve  GET   ok  ok/404   403
relations_usereventrelation_step/approve  POST  ok  ok/404   403
relations_usereventrelation_step/decline  POST  ok  ok/404   403
relations_usereventrelation_step/check-in POST  ok  ok/404   403
relations_usereventrelation_step/undo     POST  ok  ok/404   403
relations_usereventrelation_step/accept   POST  ok  ok/404   403
relations_usereventrelation_step/withdraw POST  ok  ok/404   403
relations_usereventrelation_step/cancel   POST  ok  ok/404   403
relations_usereventrelation_panel/why     GET   ok  ok/gone  ok
relations_usereventrelation_history       GET   ok  ok/gone  ok
relations_usereventrelation_panel/history GET   ok  ok/gone  ok

mailing_campaign_changelist               GET   ok  ok       403
mailing_campaign_add                      GET   403 403      403
mailing_campaign_change                   GET   ok  ok/gone  403
mailing_campaign_delete                   GET   403 403      403
mailing_campaign_history                  GET   404 404/gone gone
mailing_campaign_panel/deliveries         GET   ok  ok/gone  gone
mailing_campaign_panel/left-out           GET   ok  ok/gone  gone
mailing_campaign_step/pause               GET   ok  ok/404   404
mailing_campaign_step/pause               POST  ok  ok/404   404
mailing_campaign_step/resume              POST  ok  ok/404   404
mailing_campaign_step/settle              POST  ok  ok/404   404
mailing_campaign_step/cancel              POST  ok  ok/404   404
mailing_delivery_changelist               GET   ok  ok       403
mailing_delivery_add                      GET   403 403      403
mailing_delivery_change                   GET   ok  ok/gone  403
mailing_delivery_delete                   GET   403 403      403
mailing_delivery_history                  GET   ok  ok/gone  gone

mailing_suppression_changelist            GET   ok  403      403
mailing_suppression_add                   GET   ok  403      403
mailing_suppression_add                   POST  ok  403      403
mailing_suppression_change                GET   ok  403      403
mailing_suppression_delete                GET   ok  403      403
mailing_suppression_delete                POST  ok  403      403
mailing_suppression_history               GET   ok  403      403

mailing_suppressionchange_changelist      GET   ok  403      403
mailing_suppressionchange_add             GET   403 403      403
mailing_suppressionchange_change          GET   ok  403      403
mailing_suppressionchange_delete          GET   403 403      403
mailing_suppressionchange_history         GET   ok  403      403

mailing_mailcategory_changelist           GET   ok  403      403
mailing_mailcategory_add                  GET   ok  403      403
mailing_mailcategory_add                  POST  ok  403      403
mailing_mailcategory_change               GET   ok  403      403
mailing_mailcategory_change               POST  ok  403      403
mailing_mailcategory_delete               GET   ok  403      403
mailing_mailcategory_delete               POST  ok  403      403
mailing_mailcategory_history              GET   ok  403      403

mailing_emailtemplate_changelist          GET   ok  ok       403
mailing_emailtemplate_add                 GET   ok  ok       403
mailing_emailtemplate_add                 POST  ok  ok       403
mailing_emailtemplate_change              GET   ok  ok       403
mailing_emailtemplate_change              POST  ok  ok       403
mailing_emailtemplate_delete              GET   ok  403      403
mailing_emailtemplate_delete              POST  ok  403      403
mailing_emailtemplate_preview             GET   ok  ok       403
mailing_emailtemplate_version             GET   ok  ok       404
mailing_emailtemplate_version             POST  ok  ok       404
mailing_emailtemplate_panel/versions      GET   ok  ok       gone
mailing_emailtemplate_panel/history       GET   ok  ok       gone
mailing_emailtemplate_history             GET   ok  ok       gone

users_import_changelist                   GET   ok  403      403
users_import_add                          GET   403 403      403
users_import_change                       GET   ok  403      403
users_import_delete                       GET   403 403      403
users_import_history                      GET   ok  403      403

users_securityevent_changelist            GET   ok  403      403
users_securityevent_add                   GET   403 403      403
users_securityevent_change                GET   ok  403      403
users_securityevent_delete                GET   403 403      403
users_securityevent_history               GET   ok  gone     gone

users_apitoken_changelist                 GET   ok  403      403
users_apitoken_add                        GET   403 403      403
users_apitoken_change                     GET   ok  403      403
users_apitoken_delete                     GET   403 403      403
users_apitoken_history                    GET   ok  403/gone 403/gone
users_apitoken_revoke                     GET   ok  403      403
users_apitoken_revoke                     POST  ok  403      403

axes_accessattempt_changelist             GET   ok  403      403
axes_accessattempt_add                    GET   403 403      403
axes_accessattempt_change                 GET   ok  403      403
axes_accessattempt_delete                 GET   ok  403      403
axes_accessattempt_delete                 POST  ok  403      403
axes_accessattempt_history                GET   ok  403      403

autocomplete/users.user                   GET   ok  ok       ok
autocomplete/events.event                 GET   ok  ok       ok
"""
# The sign-in itself, and a redirect of Django's that this site has no use for.
WITHOUT_RULE = {"login", "logout", "view_on_site"}
# Pages that show and do nothing: whatever is sent to them writes nothing. Every other one has a rule for POST.
ONLY_SHOWN = {
    "app_list",
    "autocomplete",
    "axes_accessattempt_add",
    "axes_accessattempt_change",
    "axes_accessattempt_changelist",
    "axes_accessattempt_history",
    "events_event_changelist",
    "events_event_history",
    "events_event_panel",
    "events_event_suggest",
    "index",
    "jsi18n",
    "mailbox",
    "mailbox_message",
    "mailing_campaign_add",
    "mailing_campaign_change",
    "mailing_campaign_changelist",
    "mailing_campaign_delete",
    "mailing_campaign_history",
    "mailing_campaign_panel",
    "mailing_delivery_add",
    "mailing_delivery_change",
    "mailing_delivery_changelist",
    "mailing_delivery_delete",
    "mailing_delivery_history",
    "mailing_emailtemplate_changelist",
    "mailing_emailtemplate_history",
    "mailing_emailtemplate_panel",
    "mailing_emailtemplate_preview",
    "mailing_suppression_change",
    "mailing_suppression_changelist",
    "mailing_suppression_history",
    "mailing_mailcategory_changelist",
    "mailing_mailcategory_history",
    "mailing_suppressionchange_add",
    "mailing_suppressionchange_change",
    "mailing_suppressionchange_changelist",
    "mailing_suppressionchange_delete",
    "mailing_suppressionchange_history",
    "password_change_done",
    "relations_usereventrelation_changelist",
    "relations_usereventrelation_delete",
    "relations_usereventrelation_history",
    "relations_usereventrelation_panel",
    "search",
    "users_apitoken_add",
    "users_apitoken_change",
    "users_apitoken_changelist",
    "users_apitoken_delete",
    "users_apitoken_history",
    "users_import_add",
    "users_import_change",
    "users_import_changelist",
    "users_import_delete",
    "users_import_history",
    "users_securityevent_add",
    "users_securityevent_change",
    "users_securityevent_changelist",
    "users_securityevent_delete",
    "users_securityevent_history",
    "users_segment_changelist",
    "users_segment_history",
    "users_segment_panel",
    "users_user_history",
    "users_user_panel",
    "users_user_suggest",
}


def rules() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return the outcomes for administrators, organizers and agents, by page and method."""
    table = {}
    for line in filter(str.strip, RULES.splitlines()):
        name, method, *cells = line.split()
        table[name, method] = [(cell.partition("/")[0], cell.rpartition("/")[2]) for cell in cells]
    return table
