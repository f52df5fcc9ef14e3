"""What windows stand on: one loop for Qt and Twisted, the theme, and widgets that show text as text.

The client's windows and the server's window both need it; it knows neither of them, and of the language
only how a line of it looks.
"""
