"""What people ask for: a function for each command and button, from a delivered job to the message that answers it.

work                 one delivery of one job, as the actions see it
reply                the message that answers
proof                the campaign that a job is about, proved, and the asker's right to it
add_campaign         make one, or show what would be made
unfinished           Resume and Remove of one that could not be finished
delete_campaign      ask before one is deleted
deletion             delete it then
campaign_commands    players, name, archive
gm_commands          GMs, handing over
help_text            help
invite               an invitation, and who joins, asks, leaves
list_campaigns       list, page by page
restore              put together what is left of a campaign
examination          a campaign beside what it should be
doctor               find what is wrong, and repair it, or keep it so
sessions             when a campaign plays
session_time         a time, from what a GM types
summary              what there is after a creation or repair, in words
"""
