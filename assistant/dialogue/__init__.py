"""The conversation as a small machine: events fold into a state, a message is read against it, a table decides.

`state` folds, `reading` resolves what a message refers to, `facts` names what holds, `assistant.policy` decides, and
`moves` carries the decision out.
"""
