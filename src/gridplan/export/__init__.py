"""A finished plan to files: GeoPackage, report, workbook, all swapped in at once; and a plan read back."""
