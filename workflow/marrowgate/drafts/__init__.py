"""Drafts of panels, sheets and settings from the headers and names of FCS files, and the strategies that they allow."""
