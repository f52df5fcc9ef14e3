"""The operator's commands, ``imserver invite``, ``backup`` and so on: each is one act, and tells the truth.

Those about people speak the protocol like any client; those about the data folder work on its files.
``twistd imserver`` loads nothing of this.
"""
