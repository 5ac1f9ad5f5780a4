<?xml version="1.0"?>
<!-- Leaves out what tells of what the module does not export yet, condition="coming". -->
<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">
	<xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>
	<xsl:template match="*[@condition = 'coming']"/>
</xsl:stylesheet>
