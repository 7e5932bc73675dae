"""A run as a script of ImageMagick command lines, for sh and for cmd.exe."""
